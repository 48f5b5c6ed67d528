global using Orleans.Serialization.Cloning;
global using Orleans.Placement;
