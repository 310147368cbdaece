using System.Formats.Tar;
using System.Text;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>The tests' base image, made from Debian's <c>busybox-static</c>: no registry is needed.</summary>
public static class BusyboxImage
{
    /// <summary>The name it is given in every engine.</summary>
    public const string Name = "busybox:e2e";

    /// <summary>The tar of its root file system: busybox with a link per applet, users, and an ELF of another machine at <c>/bin/alien</c>.</summary>
    public static byte[] RootTar => s_rootTar.Value;

    private static readonly Lazy<byte[]> s_rootTar = new(Make);

    private static byte[] Make()
    {
        byte[] busybox = File.ReadAllBytes("/bin/busybox");
        CommandResult list = RunningCommand.RunAsync("/bin/busybox", ["--list"]).GetAwaiter().GetResult();
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (string folder in (string[])["bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "usr/bin", "var"])
            {
                int mode = folder switch { "tmp" => 0b1_111_111_111, "root" => 0b111_000_000, _ => 0b111_101_101 };
                writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder + "/") { Mode = (UnixFileMode)mode });
            }

            AddFile(writer, "bin/busybox", busybox, executable: true);
            foreach (string applet in list.Expect().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (applet != "busybox")
                {
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "bin/" + applet) { LinkName = "bin/busybox", Mode = (UnixFileMode)0b111_101_101 });
                }
            }

            AddFile(writer, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\nalice:x:1000:1000::/home:/bin/sh\n"u8.ToArray(), executable: false);
            AddFile(writer, "etc/group", "root:x:0:\nnogroup:x:65534:\nalice:x:1000:\nstaff:x:50:alice\n"u8.ToArray(), executable: false);
            AddFile(writer, "bin/alien", ForeignElf(), executable: true);
            AddFile(writer, "bin/not-executable", "#!/bin/sh\necho no\n"u8.ToArray(), executable: false);
        }

        return tar.ToArray();
    }

    private static void AddFile(TarWriter writer, string name, byte[] content, bool executable) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            Mode = (UnixFileMode)(executable ? 0b111_101_101 : 0b110_100_100),
        });

    /// <summary>A well-formed ELF header for a Motorola 68HC05: no machine can execute it, an emulating one neither.</summary>
    private static byte[] ForeignElf()
    {
        byte[] elf = new byte[128];
        Encoding.ASCII.GetBytes("\u007fELF").CopyTo(elf, 0);
        elf[4] = 2; // 64-bit
        elf[5] = 2; // big-endian
        elf[6] = 1;
        elf[17] = 2; // ET_EXEC
        elf[19] = 72; // EM_68HC05
        elf[23] = 1;
        return elf;
    }
}
