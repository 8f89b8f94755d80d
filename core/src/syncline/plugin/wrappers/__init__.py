"""What stands between the engine and every connector, written once for all of them."""
