namespace Quai.Cdi;

/// <summary>A mount that a container gets.</summary>
/// <param name="HostPath">What is mounted.</param>
/// <param name="ContainerPath">Where.</param>
/// <param name="Type">The file system; empty for a bind mount.</param>
/// <param name="Options">Its options.</param>
public sealed record InjectedMount(string HostPath, string ContainerPath, string Type, IReadOnlyList<string> Options);
