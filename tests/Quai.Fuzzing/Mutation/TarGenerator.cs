using System.Globalization;

namespace Quai.Fuzzing;

/// <summary>Archives as an enemy would make them: names that climb, links that lead out, whiteouts, extension headers of all kinds, wrong numbers.</summary>
public static class TarGenerator
{
    private static readonly string[] s_parts = ["a", "b", "c", "..", ".", "", "/", "link", ".wh.a", ".wh.link", ".wh..wh..opq", ".wh..wh.plnk", ".wh.", ".wh..", "\u00e9", "x\0y", "proc", "etc", "usr", "self", "fd", "..\\", "a\n"];
    private static readonly string[] s_keys = ["path", "linkpath", "size", "uid", "gid", "mtime", "atime", "ctime", "uname", "gname", "hdrcharset", "comment", "SCHILY.xattr.user.a", "SCHILY.xattr.", "SCHILY.xattr.trusted.overlay.opaque", "SCHILY.xattr.trusted.overlay.redirect", "SCHILY.xattr.security.capability", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size", "GNU.sparse.numblocks", "GNU.sparse.offset", "GNU.sparse.numbytes", "GNU.sparse.map", ""];

    /// <summary>Makes one.</summary>
    /// <param name="random">Where the choices come from.</param>
    /// <param name="outside">A folder that nothing may be written to, which names and links aim at.</param>
    public static byte[] Make(Random random, string outside)
    {
        var tar = new RawTar();
        for (int n = random.Next(1, 30); n > 0; n--)
        {
            string name = Name(random, outside), target = Name(random, outside);
            switch (random.Next(14))
            {
                case 0 or 1: tar.Directory(name, random.Next(0, 0x1000)); break;
                case 2: tar.Symlink(name, target); break;
                case 3: tar.Symlink("link", random.Next(2) == 0 ? outside : "../../../../.." + outside); break;
                case 4: tar.HardLink(name, target); break;
                case 5: tar.File("link/" + name, "through a link"); break;
                case 6: tar.Add(name, (char)random.Next(32, 127), "data", target, random.Next(0, 0x1000), random.Next(), random.Next(), random.NextInt64(-1, long.MaxValue)); break;
                case 7: tar.Pax(("path", name), ("linkpath", target), ("mtime", Text(random)), ("size", Text(random)), ("SCHILY.xattr.user." + Text(random), Text(random))); break;
                case 8: tar.Pax([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (s_keys[random.Next(s_keys.Length)], random.Next(3) == 0 ? name : Text(random)))]); break;
                case 9: tar.Add("././@LongLink", random.Next(2) == 0 ? 'L' : 'K', name + new string('x', random.Next(300)) + "\0"); break;
                case 10: tar.Add(name, 'S', "sparse", size: random.Next(2) == 0 ? null : Digits(random)); break;
                case 11: Sparse(random, tar, name); break;
                case 12: tar.Add("g", 'g', $"{30 + random.Next(20)} path={name}\n"); break;
                default: tar.File(name, new string('y', random.Next(2000)), mode: random.Next(0, 0x1000)); break;
            }
        }

        return random.Next(4) == 0 ? tar.Cut() : tar.End();
    }

    /// <summary>Names and links in it lead to where <paramref name="outside"/> is not.</summary>
    private static string Name(Random random, string outside)
    {
        string name = string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => s_parts[random.Next(s_parts.Length)]));
        return Field(random.Next(10) switch
        {
            0 => "/" + name,
            1 => "../../../../../../../.." + outside + "/" + name,
            2 => outside + "/planted",
            3 => "/proc/self/root" + outside + "/planted",
            _ => name,
        });
    }

    /// <summary>What has room in a header's field; longer names are extension headers' business.</summary>
    private static string Field(string name) => name[..Math.Min(name.Length, 100)];

    private static void Sparse(Random random, RawTar tar, string name)
    {
        string map = string.Join(random.Next(5) == 0 ? ";" : ",", Enumerable.Range(0, random.Next(0, 9)).Select(_ => Text(random)));
        if (random.Next(2) == 0)
        {
            tar.Pax(("GNU.sparse.major", "0"), ("GNU.sparse.minor", "1"), ("GNU.sparse.name", name), ("GNU.sparse.size", Text(random)), ("GNU.sparse.numblocks", Text(random)), ("GNU.sparse.map", map)).File("x", new string('s', random.Next(1500)));
        }
        else
        {
            string numbers = map.Replace(',', '\n') + "\n";
            tar.Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name), ("GNU.sparse.realsize", Text(random)))
                .File("x", $"{random.Next(5)}\n{numbers}".PadRight(512, '\0') + new string('s', random.Next(600)));
        }
    }

    private static string Digits(Random random) => Text(random) is { Length: <= 12 } text ? text : "777777777777";

    private static string Text(Random random) => random.Next(9) switch
    {
        0 => "-1",
        1 => "99999999999999999999",
        2 => "1.5e9",
        3 => "",
        4 => new string('z', random.Next(500)),
        5 => "9223372036854775807",
        6 => random.Next(2000).ToString(CultureInfo.InvariantCulture),
        7 => "0",
        _ => random.Next().ToString(CultureInfo.InvariantCulture),
    };
}
