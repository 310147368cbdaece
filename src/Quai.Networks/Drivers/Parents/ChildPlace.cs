namespace Quai.Networks.Drivers.Parents;

/// <summary>Upon what an interface is made.</summary>
/// <param name="Parent">The parent's name.</param>
/// <param name="Index">Its index; null when it is gone.</param>
/// <param name="Mtu">Bytes; 0 for the parent's.</param>
internal sealed record ChildPlace(string Parent, int? Index, int Mtu);
