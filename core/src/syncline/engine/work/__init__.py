"""From what is due to the writes it needs: decided, withheld or prepared."""
