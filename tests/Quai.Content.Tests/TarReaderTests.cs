using Quai.Archives;
using System.Formats.Tar;
using System.Text;
using Quai.Errors;
using TarReader = Quai.Archives.TarReader;

namespace Quai.Content.Tests;

public class TarReaderTests
{
    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Every_format_is_read(TarEntryFormat format)
    {
        string name = format switch
        {
            TarEntryFormat.V7 => "dir/file",
            TarEntryFormat.Ustar => string.Concat(Enumerable.Repeat("directory/", 15)) + "file",
            _ => string.Concat(Enumerable.Repeat("directory/", 60)) + "fileä",
        };
        string target = format is TarEntryFormat.Gnu or TarEntryFormat.Pax ? new string('t', 300) : "target";
        using var bytes = new MemoryStream();
        using (var writer = new System.Formats.Tar.TarWriter(bytes, format, leaveOpen: true))
        {
            System.Formats.Tar.TarEntry file = format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(System.Formats.Tar.TarEntryType.V7RegularFile, name),
                TarEntryFormat.Ustar => new UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name),
                TarEntryFormat.Gnu => new GnuTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name),
                _ => new PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name),
            };
            file.DataStream = new MemoryStream(Encoding.ASCII.GetBytes(new string('x', 700)));
            file.Uid = 1000;
            file.Gid = 2000;
            file.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
            writer.WriteEntry(file);
            System.Formats.Tar.TarEntry link = format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "link"),
                TarEntryFormat.Ustar => new UstarTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "link"),
                TarEntryFormat.Gnu => new GnuTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "link"),
                _ => new PaxTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "link"),
            };
            link.LinkName = target;
            writer.WriteEntry(link);
        }

        bytes.Position = 0;

        // A small buffer makes every piece cross its edge.
        var reader = new TarReader(bytes, 600);
        Assert.True(reader.MoveNext());
        Assert.Equal(name, Encoding.UTF8.GetString(reader.Entry.Name));
        Assert.Equal((1000u, 2000u, 700L), (reader.Entry.Uid, reader.Entry.Gid, reader.Entry.Size));
        Assert.Equal(1_600_000_000, reader.Entry.Modified.Seconds);
        Assert.Equal(new string('x', 700), Encoding.ASCII.GetString(reader.ReadAll(1000)));
        Assert.True(reader.MoveNext());
        Assert.Equal(target, Encoding.UTF8.GetString(reader.Entry.LinkName));
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void Pax_gives_times_owners_and_attributes()
    {
        byte[] tar = new RawTar()
            .Pax(("mtime", "1700000000.123456789"), ("uid", "3000000"), ("SCHILY.xattr.user.a", "b=c"), ("path", "long"))
            .File("short", "data").File("next").End();
        var reader = new TarReader(new MemoryStream(tar));
        Assert.True(reader.MoveNext());
        Assert.Equal("long", Encoding.UTF8.GetString(reader.Entry.Name));
        Assert.Equal((1_700_000_000L, 123_456_789L), reader.Entry.Modified);
        Assert.Equal(3_000_000u, reader.Entry.Uid);
        (byte[] key, byte[] value) = Assert.Single(reader.Entry.Xattrs);
        Assert.Equal("user.a\0", Encoding.UTF8.GetString(key));
        Assert.Equal("b=c", Encoding.UTF8.GetString(value));
        Assert.True(reader.MoveNext());
        Assert.Empty(reader.Entry.Xattrs);
        Assert.Equal(0u, reader.Entry.Uid);
    }

    [Theory]
    [InlineData("1.5", 1, 500_000_000)]
    [InlineData("-1.5", -2, 500_000_000)]
    [InlineData("-0.25", -1, 750_000_000)]
    [InlineData("7", 7, 0)]
    [InlineData("7.1234567891", 7, 123_456_789)]
    public void Times_before_1970_count_forward(string text, long seconds, long nanoseconds) =>
        Assert.Equal((seconds, nanoseconds), TarText.Time(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Base_256_numbers_are_read()
    {
        Assert.Equal(0x1_0000_0000L, TarText.Number([0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
        Assert.Equal(-1, TarText.Number([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
        Assert.Null(TarText.Number([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    public static TheoryData<string, byte[]> Broken() => new()
    {
        { "no tar", Encoding.ASCII.GetBytes(new string('n', 1024)) },
        { "half a header", new byte[100].Select(_ => (byte)1).ToArray() },
        { "cut content", [.. new RawTar().File("cut", new string('c', 2000)).Cut().Take(1200)] },
        { "huge size", new RawTar().File("huge", "x", size: "77777777777").End() },
        { "size over everything", new RawTar().File("huge", "x", size: "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff").End() },
        { "negative size", new RawTar().File("neg", "", size: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").End() },
        { "no number", new RawTar().File("nan", "", size: "12x").End() },
        { "huge pax", new RawTar().Add("pax", 'x', "", size: "00777777777").End() },
        { "broken pax", new RawTar().Add("pax", 'x', "999 a=b\n").File("a").End() },
        { "pax without value", new RawTar().Add("pax", 'x', "7 abcd\n").File("a").End() },
        { "pax without a file", new RawTar().Pax(("path", "a")).Cut() },
        { "pax negative size", new RawTar().Pax(("size", "-5")).File("a").End() },
        { "NUL in a name", new RawTar().Pax(("path", "a\0b")).File("a").End() },
        { "one zero block", new RawTar().File("a").Bytes(new byte[512]).File("b").End() },
        { "a sparse map that overlaps", new RawTar().Pax(("GNU.sparse.map", "0,1,0,1"), ("GNU.sparse.size", "9")).File("a", "xy").End() },
        { "a sparse map larger than the file", new RawTar().Pax(("GNU.sparse.map", "8,2"), ("GNU.sparse.size", "9")).File("a", "xy").End() },
        { "a sparse map of other data", new RawTar().Pax(("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "9")).File("a", "xy").End() },
        { "a negative sparse map", new RawTar().Pax(("GNU.sparse.map", "-1,2"), ("GNU.sparse.size", "9")).File("a", "xy").End() },
        { "an unknown sparse format", new RawTar().Pax(("GNU.sparse.major", "7")).File("a").End() },
        { "pax sparse", new RawTar().Pax(("GNU.sparse.major", "1")).File("a").End() },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_archive_is_one_clear_error(string what, byte[] tar)
    {
        Assert.NotEmpty(what);
        var reader = new TarReader(new MemoryStream(tar));
        QuaiException e = Assert.Throws<QuaiException>(() =>
        {
            while (reader.MoveNext())
            {
                while (!reader.ReadContent().IsEmpty)
                {
                }
            }
        });
        Assert.Equal(ErrorKind.InvalidParameter, e.Kind);
    }

    [Fact]
    public void Random_damage_never_gives_anything_but_a_clear_error()
    {
        byte[] good = new RawTar().Pax(("mtime", "1.5"), ("SCHILY.xattr.user.a", "b")).File("a/b", "content").Symlink("l", "a/b").Directory("d").HardLink("h", "a/b").End();
        var random = new Random(42);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bad = [.. good];
            for (int k = 0; k < 3; k++)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            var reader = new TarReader(new MemoryStream(bad, 0, random.Next(bad.Length)));
            Exception? e = Record.Exception(() =>
            {
                while (reader.MoveNext())
                {
                }

                reader.Drain();
            });
            Assert.True(e is null or QuaiException, e?.ToString());
        }
    }
}
