// Connecting, and nothing else.
import { accept } from './accept.mjs';

accept();
