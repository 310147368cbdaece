using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Quai.Linux.Xfrm;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>
/// The states of IPsec that follow from a network's key: for each network, pair of hosts and direction there is a key of its own, by HKDF (RFC 5869) with SHA-256. The number by which the receiver
/// finds a state (SPI) follows from the same, so another key has other numbers.
/// </summary>
internal static class TunnelKeys
{
    // AES-256, and RFC 4106's salt.
    private const int KeyBytes = 32 + 4;
    private const uint FirstSpi = 256;

    /// <summary>The state by which one host sends to another.</summary>
    public static XfrmState StateOf(OverlaySettings network, OverlayKey key, IPAddress from, IPAddress to) => new(from, to, SpiOf(network, key, from, to), network.Mark)
    {
        Port = network.Port,
        Key = Derive(network, key, from, to, "key"u8, KeyBytes),
    };

    private static uint SpiOf(OverlaySettings network, OverlayKey key, IPAddress from, IPAddress to)
    {
        uint spi = BinaryPrimitives.ReadUInt32BigEndian(Derive(network, key, from, to, "spi"u8, sizeof(uint)));

        // The first numbers are reserved.
        return spi < FirstSpi ? spi + FirstSpi : spi;
    }

    private static byte[] Derive(OverlaySettings network, OverlayKey key, IPAddress from, IPAddress to, ReadOnlySpan<byte> purpose, int length)
    {
        byte[] number = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(number, network.Id);
        byte[] made = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret, made, salt: [], [.. "quai overlay "u8, .. purpose, .. number, .. from.GetAddressBytes(), .. to.GetAddressBytes()]);
        return made;
    }
}
