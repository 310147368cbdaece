namespace Quai.Networks.Dns.Names;

/// <summary>That a container is on a network.</summary>
/// <param name="Names">The names there, as they change.</param>
/// <param name="Links">By aliases that this container alone knows, the names they stand for there; null for none.</param>
public sealed record NetworkAttachment(NetworkNameTable Names, IReadOnlyDictionary<string, string>? Links = null);
