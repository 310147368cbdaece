namespace Quai.Networks.Firewalls.Host;

/// <summary>A copy of a chain of the host's firewall.</summary>
/// <param name="Name">Its name in Quai's table.</param>
/// <param name="IsBase">Whether packets begin there.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record CopiedChain(string Name, bool IsBase, IReadOnlyList<CopiedRule> Rules);
