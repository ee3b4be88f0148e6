"""Measurements of Coach, and the labelled cases they run on."""
