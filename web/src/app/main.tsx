import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Api } from '../api/api';
import { App } from './app';
import { CrashScreen } from './crash-screen';
import { I18n } from './i18n/i18n';
import './styles.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');

const api = new Api();

createRoot(root).render(
  <StrictMode>
    <I18n>
      <CrashScreen>
        <App api={api} />
      </CrashScreen>
    </I18n>
  </StrictMode>,
);

// Not there on plain HTTP, nor while developing.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js');
