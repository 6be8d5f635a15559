"""What a prompt asks for and the engine does not render: actions and objects, found by grammar."""
