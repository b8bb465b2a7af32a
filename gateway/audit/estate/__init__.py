"""What were we given? Objects of Kubernetes and files of proxies, in which every value knows its place.

Nothing here knows what an object means, and nothing is refused for what it means: what cannot be read is
said, and the rest is read.
"""
