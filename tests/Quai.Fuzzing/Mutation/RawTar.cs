using System.Text;

namespace Quai.Fuzzing;

/// <summary>Writes tar entries by hand, as no honest library would.</summary>
#pragma warning disable CA1001 // memory only
public sealed class RawTar
{
    private readonly MemoryStream _bytes = new();

    public RawTar File(string name, string content = "", string? size = null, int mode = 0x1a4) => Add(name, '0', content, mode: mode, size: size);

    public RawTar Directory(string name, int mode = 0x1ed, long mtime = 1) => Add(name, '5', mode: mode, mtime: mtime);

    public RawTar Symlink(string name, string target) => Add(name, '2', link: target);

    public RawTar HardLink(string name, string target) => Add(name, '1', link: target);

    public RawTar Pax(params (string Key, string Value)[] records)
    {
        var text = new StringBuilder();
        foreach ((string key, string value) in records)
        {
            int rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
            int length = rest + (rest + 1).ToString().Length;
            length = rest + length.ToString().Length;
            text.Append($"{length} {key}={value}\n");
        }

        return Add("pax", 'x', text.ToString());
    }

    public RawTar Add(
        string name, char type, string content = "", string link = "", int mode = 0x1a4, int uid = 0, int gid = 0, long mtime = 1, string? size = null, int major = 0, int minor = 0)
    {
        byte[] data = Encoding.UTF8.GetBytes(content);
        byte[] header = new byte[512];
        Put(header, 0, name);
        Put(header, 100, Octal(mode, 7));
        Put(header, 108, Octal(uid, 7));
        Put(header, 116, Octal(gid, 7));
        Put(header, 124, size ?? Octal(data.Length, 11));
        Put(header, 136, Octal(mtime, 11));
        header[156] = (byte)type;
        Put(header, 157, link);
        Put(header, 257, "ustar\0");
        Put(header, 263, "00");
        Put(header, 329, Octal(major, 7));
        Put(header, 337, Octal(minor, 7));
        header.AsSpan(148, 8).Fill((byte)' ');
        Put(header, 148, Octal(header.Sum(b => b), 6) + "\0");
        _bytes.Write(header);
        _bytes.Write(data);
        _bytes.Write(new byte[-data.Length & 511]);
        return this;
    }

    public RawTar Bytes(byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Without the zero blocks at the end.</summary>
    public byte[] Cut() => _bytes.ToArray();

    public byte[] End() => [.. _bytes.ToArray(), .. new byte[1024]];

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] header, int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(header, at);
}
