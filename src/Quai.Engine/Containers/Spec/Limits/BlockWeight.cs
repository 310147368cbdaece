namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>A weight on one device.</summary>
/// <param name="Path">The device's node on the host.</param>
/// <param name="Weight">10 to 1000.</param>
public sealed record BlockWeight(string Path, ushort Weight);
