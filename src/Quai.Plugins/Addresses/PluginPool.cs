namespace Quai.Plugins.Addresses;

/// <summary>A subnet that a plugin gave, as it wrote it: nothing of it has been checked.</summary>
/// <param name="Id">By which the plugin knows it.</param>
/// <param name="Subnet">All its addresses.</param>
/// <param name="Gateway">The gateway that comes with it, with the length of its prefix; null for none.</param>
public sealed record PluginPool(string Id, string Subnet, string? Gateway);
