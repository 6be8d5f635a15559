"""What images show: what could be heard in them, and which prompt would suit them."""
