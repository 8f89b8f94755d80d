"""One module per command; `syncline.cli.root` names them all."""
