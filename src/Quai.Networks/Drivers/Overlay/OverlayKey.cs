using System.Buffers;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>The key of an encrypted network, from which those of its hosts follow. It is kept in memory and in its owner's file, and shown nowhere.</summary>
public sealed class OverlayKey
{
    private const int Bytes = 32, LargestFile = 256;
    private const uint OfOthers = 0x3f, Permissions = 0xfff;

    private readonly byte[] _secret;

    /// <param name="secret">32 bytes, from a source of randomness.</param>
    /// <exception cref="QuaiException">It is longer or shorter.</exception>
    public OverlayKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Bytes)
        {
            throw QuaiException.Invalid($"the key of an encrypted network has {Bytes} bytes, and this one has {secret.Length}");
        }

        _secret = secret.ToArray();
    }

    /// <summary>The secret itself.</summary>
    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Reads a key from a file: 64 hex digits, which nobody but the file's owner (root) can read.</summary>
    /// <exception cref="QuaiException">It cannot be read, others can read it, or it holds something else. The sentence names the file and nothing of its content.</exception>
    public static OverlayKey Read(string path)
    {
        char[] text = new char[LargestFile];
        byte[] secret = new byte[Bytes];
        try
        {
            Check(path);
            using var reader = new StreamReader(path);
            string digits = new string(text, 0, reader.ReadBlock(text)).Trim();
            return digits.Length == 2 * Bytes && Convert.FromHexString(digits, secret, out _, out _) == OperationStatus.Done
                ? new OverlayKey(secret)
                : throw QuaiException.Invalid($"key file {path} does not hold a key: it is {2 * Bytes} hex digits, as \"openssl rand -hex {Bytes}\" writes them");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            throw QuaiException.System($"key file {path} cannot be read: {e.Message}", e);
        }
        finally
        {
            Array.Clear(text);
            Array.Clear(secret);
        }
    }

    /// <summary>Nothing of the key.</summary>
    public override string ToString() => nameof(OverlayKey);

    private static void Check(string path)
    {
        NodeStatus status = NodeStatusReader.TryRead(path) ?? throw QuaiException.Invalid($"key file {path} does not exist on this host");
        if (!status.IsRegular)
        {
            throw QuaiException.Invalid($"key file {path} is not a regular file");
        }

        if ((status.Mode & OfOthers) != 0 || status.Uid != 0)
        {
            string mode = Convert.ToString(status.Mode & Permissions, 8).PadLeft(4, '0');
            throw QuaiException.Invalid($"key file {path} (mode {mode}, owner {status.Uid}) can be read or changed by others: give it to root and chmod 0600 it");
        }
    }
}
