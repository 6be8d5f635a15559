"""What a prompt asks for and the engine does not show: actions and things, found by grammar."""
