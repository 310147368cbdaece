namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>A limit on one device.</summary>
/// <param name="Path">The device's node on the host.</param>
/// <param name="Rate">Bytes or operations per second.</param>
public sealed record BlockRate(string Path, ulong Rate);
