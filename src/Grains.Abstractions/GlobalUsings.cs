global using Orleans.Serialization.Cloning;
