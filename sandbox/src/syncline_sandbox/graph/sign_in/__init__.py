"""The sign-in service: registered apps, tokens, people who sign in."""
