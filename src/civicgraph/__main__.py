from civicgraph.cli import main

main()
