using System.Buffers.Binary;
using System.Security.Cryptography;
using Quai.Errors;

namespace Quai.BuildClient.Agents;

/// <summary>An agent of ssh that holds keys of files: it says which they are, and signs. Nothing about it can be changed.</summary>
public sealed class KeyAgent
{
    private const int LargestMessage = 256 << 10;
    private const byte Failure = 5, AskKeys = 11, Keys = 12, AskSignature = 13, Signature = 14;

    private readonly IReadOnlyList<AgentKey> _keys;

    private KeyAgent(IReadOnlyList<AgentKey> keys) => _keys = keys;

    /// <summary>An agent that holds the keys of files.</summary>
    /// <exception cref="QuaiException">A file is no key, or it is encrypted.</exception>
    public static KeyAgent Load(IReadOnlyCollection<string> paths) => new([.. paths.Select(KeyFile.Read)]);

    /// <summary>Serves one who asks, until they end.</summary>
    internal async Task ServeAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] length = new byte[sizeof(uint)];
        while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) == length.Length)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(length);
            if (size is 0 or > LargestMessage)
            {
                return;
            }

            byte[] question = new byte[size];
            await stream.ReadExactlyAsync(question, cancellation).ConfigureAwait(false);
            await stream.WriteAsync(new WireWriter().Bytes(Answer(question)).Written, cancellation).ConfigureAwait(false);
            await stream.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What is answered to a message.</summary>
    internal byte[] Answer(ReadOnlySpan<byte> message)
    {
        try
        {
            return message[0] switch
            {
                AskKeys => List(),
                AskSignature => Sign(message[1..]),
                _ => [Failure],
            };
        }
        catch (Exception e) when (e is QuaiException or CryptographicException)
        {
            return [Failure];
        }
    }

    private byte[] List()
    {
        WireWriter answer = new WireWriter().Byte(Keys).Number(_keys.Count);
        foreach (AgentKey key in _keys)
        {
            answer.Bytes(key.Blob).Text(key.Comment);
        }

        return answer.Written;
    }

    private byte[] Sign(ReadOnlySpan<byte> question)
    {
        var reader = new WireReader(question);
        byte[] blob = reader.Bytes().ToArray();
        ReadOnlySpan<byte> data = reader.Bytes();
        uint flags = reader.Number();
        AgentKey? key = _keys.FirstOrDefault(k => k.Blob.SequenceEqual(blob));
        return key is null ? [Failure] : new WireWriter().Byte(Signature).Bytes(key.Sign(data, flags)).Written;
    }
}
