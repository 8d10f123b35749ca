// Only here to own the shared precompiled header.
