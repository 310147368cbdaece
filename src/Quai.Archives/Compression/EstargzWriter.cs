using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Quai.Errors;

namespace Quai.Archives;

/// <summary>
/// Packs layers in the form eStargz: gzip, in which each file's content can be read without what is before it, with a table of contents at the end. Programs that do not
/// know the form read the archive as it was. (stargz-snapshotter, docs/estargz.md)
/// </summary>
public static class EstargzWriter
{
    /// <summary>The name of the table's entry.</summary>
    public const string TableName = "stargz.index.json";

    private const int ChunkSize = 4 << 20, FooterExtra = 22, Piece = 1 << 18;

    /// <summary>Packs a layer.</summary>
    /// <param name="plain">The uncompressed archive, which can be read twice.</param>
    /// <param name="packed">Where it is written.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The digest of the table, of all that the packed layer unpacks to, and how many bytes that is.</returns>
    /// <exception cref="QuaiException">The archive is malformed, or has an entry of the table's name.</exception>
    public static (string TableDigest, string DiffId, long Length) Write(Stream plain, Stream packed, CancellationToken cancellation)
    {
        List<EstargzEntry> all = Read(plain, cancellation);
        plain.Position = 0;
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var output = new Members(packed);
        List<EstargzEntry> entries = Pack(plain, output, all, whole, cancellation);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new EstargzTable { Entries = entries }, EstargzJson.Default.EstargzTable);
        output.Begin();
        long offset = output.Count;
        byte[] archive = Archive(json);
        output.Pack(archive);
        whole.AppendData(archive);
        output.End();
        packed.Write(Footer(offset));
        return (Text(SHA256.HashData(json)), Text(whole.GetHashAndReset()), plain.Length + archive.Length);
    }

    private static List<EstargzEntry> Read(Stream plain, CancellationToken cancellation)
    {
        List<EstargzEntry> entries = [];
        var tar = new TarReader(plain);
        while (tar.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            TarEntry entry = tar.Entry;
            string name = Encoding.UTF8.GetString(entry.Name).TrimStart('/');
            name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
            if (name == TableName)
            {
                throw QuaiException.Invalid($"a layer with a file {TableName} cannot be packed as estargz, whose own file that is");
            }

            string type = TypeOf(entry);
            entries.Add(new EstargzEntry
            {
                Name = type == "dir" && !name.EndsWith('/') ? name + "/" : name,
                Type = type,
                Size = type == "reg" ? entry.Size : 0,
                Modified = DateTimeOffset.FromUnixTimeSeconds(entry.Modified.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                LinkName = entry.LinkName.Length > 0 ? Encoding.UTF8.GetString(entry.LinkName) : null,
                Mode = entry.Mode,
                Uid = entry.Uid,
                Gid = entry.Gid,
                DeviceMajor = entry.DeviceMajor,
                DeviceMinor = entry.DeviceMinor,
                Attributes = entry.Xattrs.Count == 0 ? null : entry.Xattrs.ToDictionary(x => Encoding.UTF8.GetString(x.Name.AsSpan(0, x.Name.Length - 1)), x => x.Value),
                Content = tar.Position,
            });
        }

        return entries;
    }

    private static string TypeOf(TarEntry entry) => entry switch
    {
        { IsSparse: true } => throw QuaiException.Invalid($"a layer with sparse files ({entry.DisplayName}) cannot be packed as estargz"),
        { IsFile: true } => "reg",
        { Type: TarEntryType.Directory } => "dir",
        { Type: TarEntryType.HardLink } => "hardlink",
        { Type: TarEntryType.SymbolicLink } => "symlink",
        { Type: TarEntryType.CharacterDevice } => "char",
        { Type: TarEntryType.BlockDevice } => "block",
        { Type: TarEntryType.Fifo } => "fifo",
        _ => throw QuaiException.Invalid($"a layer with an entry of the type {entry.Type} ({entry.DisplayName}) cannot be packed as estargz"),
    };

    private static List<EstargzEntry> Pack(Stream plain, Members output, List<EstargzEntry> entries, IncrementalHash whole, CancellationToken cancellation)
    {
        List<EstargzEntry> told = [];
        byte[] buffer = new byte[Piece];
        output.Begin();
        foreach (EstargzEntry entry in entries)
        {
            told.Add(entry);
            if (entry.Type != "reg" || entry.Size == 0)
            {
                continue;
            }

            Copy(plain, entry.Content - plain.Position, output, buffer, cancellation, whole);
            using var file = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long done = 0; done < entry.Size; done += ChunkSize)
            {
                long size = Math.Min(ChunkSize, entry.Size - done);
                EstargzEntry piece = done == 0 ? entry : new EstargzEntry { Name = entry.Name, Type = "chunk" };
                output.Begin();
                (piece.Offset, piece.ChunkOffset, piece.ChunkSize) = (output.Count, done, size < entry.Size - done ? size : 0);
                using var chunk = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                Copy(plain, size, output, buffer, cancellation, whole, file, chunk);
                piece.ChunkDigest = Text(chunk.GetHashAndReset());
                if (done > 0)
                {
                    told.Add(piece);
                }
            }

            entry.Digest = Text(file.GetHashAndReset());
        }

        Copy(plain, plain.Length - plain.Position, output, buffer, cancellation, whole);
        return told;
    }

    private static void Copy(Stream from, long count, Members to, byte[] buffer, CancellationToken cancellation, params ReadOnlySpan<IncrementalHash> hashes)
    {
        while (count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            int read = from.Read(buffer, 0, (int)Math.Min(count, buffer.Length));
            if (read == 0)
            {
                throw QuaiException.System("a layer ended while it was packed");
            }

            to.Pack(buffer.AsSpan(0, read));
            foreach (IncrementalHash hash in hashes)
            {
                hash.AppendData(buffer, 0, read);
            }

            count -= read;
        }
    }

    private static byte[] Archive(byte[] json)
    {
        using var bytes = new MemoryStream();
        var tar = new TarWriter(bytes, bufferSize: 4096);
        tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.ASCII.GetBytes(TableName), Mode = 0x124, Size = json.Length });
        tar.Write(json);
        tar.Finish();
        return bytes.ToArray();
    }

    /// <summary>An empty gzip member of 51 bytes, whose extra field says where the table's member begins.</summary>
    private static byte[] Footer(long offset)
    {
        byte[] footer = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, FooterExtra + 4, 0, (byte)'S', (byte)'G', FooterExtra, 0, .. new byte[FooterExtra], 1, 0, 0, 0xff, 0xff, .. new byte[8]];
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{offset:x16}STARGZ"), footer.AsSpan(16));
        return footer;
    }

    private static string Text(byte[] hash) => "sha256:" + Convert.ToHexStringLower(hash);

    /// <summary>Members of gzip, one after the other, and how many bytes they are.</summary>
    private sealed class Members(Stream target) : WriteOnlyStream
    {
        private GZipStream? _member;

        public long Count { get; private set; }

        /// <summary>Ends a member, and begins the next with what is written from now on.</summary>
        public void Begin()
        {
            End();
            _member = new GZipStream(this, CompressionLevel.Optimal, leaveOpen: true);
        }

        public void End()
        {
            _member?.Dispose();
            _member = null;
        }

        public void Pack(ReadOnlySpan<byte> bytes) => _member!.Write(bytes);

        /// <summary>Takes what a member was packed to.</summary>
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            target.Write(buffer);
            Count += buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            _member?.Dispose();
            base.Dispose(disposing);
        }
    }
}
