"""What is the image made by? Beside the Dockerfile: what is run inside its build, and the versions."""
