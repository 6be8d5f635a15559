"""What a prompt asks for and the engine does not show: actions and objects, found by grammar."""
