"""Seven language-model providers, one client, and the screen that runs on them."""
