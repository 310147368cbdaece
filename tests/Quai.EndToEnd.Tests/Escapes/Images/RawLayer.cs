using System.IO.Compression;
using System.Text;

namespace Quai.EndToEnd.Tests.Escapes.Images;

/// <summary>Writes a packed archive entry by entry, as no honest program would: what it holds unpacked never lies in memory.</summary>
#pragma warning disable CA1001 // memory only
public sealed class RawLayer
#pragma warning restore CA1001
{
    private readonly MemoryStream _packed = new();
    private readonly GZipStream _gzip;

    /// <summary>An empty archive.</summary>
    public RawLayer() => _gzip = new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>A directory.</summary>
    public RawLayer Directory(string name) => Entry(name, '5');

    /// <summary>A file.</summary>
    public RawLayer File(string name, byte[]? content = null) => Entry(name, '0', content: content);

    /// <summary>A symbolic link.</summary>
    public RawLayer Symlink(string name, string target) => Entry(name, '2', target);

    /// <summary>A PAX header with records, for the entry that comes next.</summary>
    public RawLayer Pax(IEnumerable<(string Key, string Value)> records)
    {
        var text = new StringBuilder();
        foreach ((string key, string value) in records)
        {
            int rest = key.Length + value.Length + 3, length = rest + rest.ToString().Length;
            length = rest + length.ToString().Length;
            text.Append($"{length} {key}={value}\n");
        }

        return Block("pax", 'x', "", Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>The whole archive, gzip.</summary>
    public byte[] End()
    {
        _gzip.Write(new byte[1024]);
        _gzip.Dispose();
        return _packed.ToArray();
    }

    private RawLayer Entry(string name, char type, string link = "", byte[]? content = null)
    {
        if (name.Length > 100)
        {
            Block("@LongLink", 'L', "", Encoding.ASCII.GetBytes(name + "\0"));
        }

        if (link.Length > 100)
        {
            Block("@LongLink", 'K', "", Encoding.ASCII.GetBytes(link + "\0"));
        }

        return Block(name, type, link, content ?? []);
    }

    private RawLayer Block(string name, char type, string link, byte[] content)
    {
        byte[] header = new byte[512];
        Put(header, 0, name.Length > 100 ? name[..100] : name);
        Put(header, 100, "0000755");
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        Put(header, 124, Convert.ToString(content.Length, 8).PadLeft(11, '0'));
        Put(header, 136, "14524772000");
        header[156] = (byte)type;
        Put(header, 157, link.Length > 100 ? link[..100] : link);
        Put(header, 257, "ustar\0" + "00");
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0");
        _gzip.Write(header);
        _gzip.Write(content);
        _gzip.Write(new byte[-content.Length & 511]);
        return this;
    }

    private static void Put(byte[] header, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
}
