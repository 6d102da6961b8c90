"""FIT: scan the bytes, turn runs of messages into columns, make an Activity of them."""
