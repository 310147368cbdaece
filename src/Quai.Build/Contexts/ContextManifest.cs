using System.Security.Cryptography;
using System.Text;
using Quai.Build.Sessions;
using Quai.BuildTransfer;

namespace Quai.Build.Contexts;

/// <summary>All files of a context that is here, in the order in which they were sent.</summary>
internal sealed class ContextManifest
{
    private const int Version = 1;

    private readonly Dictionary<string, ContextRecord> _byPath;
    private string? _digest;

    public ContextManifest(IReadOnlyList<ContextRecord> records)
    {
        Records = records;
        _byPath = new Dictionary<string, ContextRecord>(records.Count, StringComparer.Ordinal);
        foreach (ContextRecord record in records)
        {
            _byPath[record.Entry.Path] = record;
        }
    }

    public IReadOnlyList<ContextRecord> Records { get; }

    public ContextRecord? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>The paths of files that are others than they were, have come, or are gone.</summary>
    public IReadOnlyList<string> ChangesSince(ContextManifest before) =>
    [
        .. Records.Where(r => !IsIn(before, r)).Select(r => r.Entry.Path),
        .. before.Records.Where(r => Find(r.Entry.Path) is null).Select(r => r.Entry.Path),
    ];

    // Another time is no change of a directory: it has one whenever something in it comes or goes.
    private static bool IsIn(ContextManifest before, ContextRecord record) =>
        before.Find(record.Entry.Path) is { } known && known.Entry.Kind == record.Entry.Kind
        && (record.Entry.Kind == ContextEntryKind.Directory ? known.Entry.Mode == record.Entry.Mode : known.IsAs(record.Entry) && known.Digest.AsSpan().SequenceEqual(record.Digest));

    /// <summary>A digest of all that a copy of the files has, but times and owners.</summary>
    public string Digest => _digest ??= MakeDigest();

    private string MakeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ContextRecord record in Records)
        {
            ContextEntry e = record.Entry;
            hash.AppendData(Encoding.UTF8.GetBytes($"{e.Path}\0{(int)e.Kind}\0{e.Mode}\0{e.LinkName}\0{e.DeviceMajor}\0{e.DeviceMinor}\0"));
            hash.AppendData(record.Digest);
            foreach ((string name, byte[] value) in e.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0"));
                hash.AppendData(SHA256.HashData(value));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The bytes to keep.</summary>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write7BitEncodedInt(Version);
            writer.Write7BitEncodedInt(Records.Count);
            foreach (ContextRecord record in Records)
            {
                ContextEntry e = record.Entry;
                writer.Write(e.Path);
                writer.Write((byte)e.Kind);
                writer.Write7BitEncodedInt(e.Mode);
                writer.Write7BitEncodedInt64(e.Size);
                writer.Write(e.ModifiedAt);
                writer.Write(e.LinkName);
                writer.Write7BitEncodedInt64(e.DeviceMajor);
                writer.Write7BitEncodedInt64(e.DeviceMinor);
                writer.Write((byte)record.Digest.Length);
                writer.Write(record.Digest);
                writer.Write7BitEncodedInt(e.Attributes.Count);
                foreach ((string name, byte[] value) in e.Attributes)
                {
                    writer.Write(name);
                    writer.Write7BitEncodedInt(value.Length);
                    writer.Write(value);
                }
            }
        }

        return buffer.ToArray();
    }

    /// <summary>Reads them; null for bytes of another version.</summary>
    public static ContextManifest? Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (reader.Read7BitEncodedInt() != Version)
        {
            return null;
        }

        var records = new List<ContextRecord>(reader.Read7BitEncodedInt());
        for (int i = records.Capacity; i > 0; i--)
        {
            var entry = new ContextEntry(reader.ReadString(), (ContextEntryKind)reader.ReadByte(), reader.Read7BitEncodedInt())
            {
                Size = reader.Read7BitEncodedInt64(),
                ModifiedAt = reader.ReadInt64(),
                LinkName = reader.ReadString(),
                DeviceMajor = reader.Read7BitEncodedInt64(),
                DeviceMinor = reader.Read7BitEncodedInt64(),
            };
            byte[] digest = reader.ReadBytes(reader.ReadByte());
            var attributes = new Dictionary<string, byte[]>();
            for (int a = reader.Read7BitEncodedInt(); a > 0; a--)
            {
                string name = reader.ReadString();
                attributes[name] = reader.ReadBytes(reader.Read7BitEncodedInt());
            }

            records.Add(new ContextRecord(attributes.Count == 0 ? entry : entry with { Attributes = attributes }, digest));
        }

        return new ContextManifest(records);
    }
}
