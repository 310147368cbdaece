namespace Quai.Networks.Firewalls;

/// <summary>A mark that the host's firewall gives packets.</summary>
/// <param name="Value">The mark.</param>
/// <param name="Mask">Which of its bits count.</param>
public readonly record struct PacketMark(uint Value, uint Mask);
