global using Orleans.Serialization.Cloning;
global using QodOrleans.Grains.Abstractions;
global using Orleans.Placement;
