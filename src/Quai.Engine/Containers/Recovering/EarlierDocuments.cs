namespace Quai.Engine.Containers.Recovering;

/// <summary>The documents of a container's row from before there were specifications, if none could be made of them: kept for whoever can.</summary>
/// <param name="Config">What runs.</param>
/// <param name="HostConfig">How it is run.</param>
/// <param name="Mounts">Its mounts.</param>
internal sealed record EarlierDocuments(string Config, string HostConfig, string Mounts);
