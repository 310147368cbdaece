using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Quai.Plans.Logging;
using Quai.Runtime.Logging;

namespace Quai.Engine.Logs.Drivers;

/// <summary>Logs to the system's journal.</summary>
internal static class JournalServer
{
    private const string Socket = "/run/systemd/journal/socket";

    /// <summary>What the shim is to know of it.</summary>
    public static LogServer Build(LogSubject subject)
    {
        string tag = subject.Tag("{{.ID}}");
        SortedDictionary<string, string> fields = subject.Attributes(FieldName);
        Dictionary<string, string> own = new()
        {
            ["CONTAINER_ID"] = subject.Id,
            ["CONTAINER_ID_FULL"] = subject.FullId,
            ["CONTAINER_NAME"] = subject.Name,
            ["CONTAINER_TAG"] = tag,
            ["IMAGE_NAME"] = subject.ImageName,
            ["SYSLOG_IDENTIFIER"] = tag,
        };
        foreach ((string name, string value) in own)
        {
            fields.TryAdd(name, value);
        }

        // What would end up without a name is left out: the journal would take no notice of the whole entry.
        fields.Remove("");
        var text = new ArrayBufferWriter<byte>();
        foreach ((string name, string value) in fields)
        {
            Append(text, name, value);
        }

        return new LogServer
        {
            Target = LogTarget.Journal,
            Network = LogNetwork.UnixDatagram,
            Addresses = [ServerAddresses.Flat(Socket, stream: false)],
            First = text.WrittenMemory,
            ConnectsFirst = true,
            Failure = "journald is not enabled on this host",
            Drops = LogDropping.WhenAway,
        };
    }

    /// <summary>A name as the journal has them: capital letters, digits and underscores, and none of those at the beginning.</summary>
    internal static string FieldName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) ? c : '_')).TrimStart('_');

    private static void Append(ArrayBufferWriter<byte> target, string name, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        target.Write(Encoding.ASCII.GetBytes(name));
        if (value.Contains('\n', StringComparison.Ordinal))
        {
            target.Write("\n"u8);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            target.Write((ReadOnlySpan<byte>)length);
        }
        else
        {
            target.Write("="u8);
        }

        target.Write(bytes);
        target.Write("\n"u8);
    }
}
