"""The panel: headlines by day, Popular, rates of three days."""
