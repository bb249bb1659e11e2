"""The measuring: benchmarks, load, faults, upgrades, neighbours, pictures."""
