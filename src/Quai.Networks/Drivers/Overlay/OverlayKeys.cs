namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// The keys of an encrypted network. To change the key without a gap: on every host, receive by the new one, too; then, on every host, send by it; then drop the old one.
/// </summary>
/// <param name="Sending">By which this host sends.</param>
/// <param name="Receiving">By which it understands others; it need not name <paramref name="Sending"/>, by which it does in any case.</param>
public sealed record OverlayKeys(OverlayKey Sending, IReadOnlyList<OverlayKey> Receiving);
