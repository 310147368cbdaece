namespace Quai.Plugins.Addresses;

/// <summary>What a plugin of addresses wants.</summary>
/// <param name="NeedsMac">To be told the hardware address for which an address is asked.</param>
/// <param name="NeedsReplay">To be asked again, at the daemon's start, for what it has given.</param>
public sealed record PluginAbilities(bool NeedsMac, bool NeedsReplay);
