using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Quai.Api.Containers;
using Quai.Archives;
using Quai.Client;
using Quai.Client.Containers;

namespace Quai.Cli.Containers.Explaining;

/// <summary>What a container is to execute, as its files have it: whether it is there, for which processor it is, and what it needs to be loaded.</summary>
/// <param name="engine">The engine.</param>
/// <param name="container">The container.</param>
internal sealed class ProgramFile(EngineClient engine, ContainerInspect container)
{
    // Go's mode bits (io/fs).
    private const uint Folder = 1u << 31;

    private const int HeadLength = 4096, InterpreterHeader = 3;

    // ELF's numbers of processors (e_machine).
    private static readonly Dictionary<int, string> s_machines = new() { [3] = "386", [8] = "mips", [21] = "ppc64", [22] = "s390x", [40] = "arm", [62] = "amd64", [183] = "arm64", [243] = "riscv64", [258] = "loong64" };

    /// <summary>Why the program cannot be executed; null if nothing of it is known.</summary>
    /// <param name="architecture">The engine's processor, as images name it.</param>
    public async Task<string?> FindFaultAsync(string architecture)
    {
        string name = container.Path;
        if (await LocateAsync(name) is not { } path)
        {
            return name.Contains('/', StringComparison.Ordinal)
                ? $"there is no file {name} in it: look at the image's ENTRYPOINT and CMD, or at what stands after the image's name"
                : $"there is no program {name} in any folder of its PATH ({string.Join(':', Folders())}): look at what stands after the image's name, or install it into the image";
        }

        ContainerPathStat stat = (await engine.Files.StatAsync(container.Id, path))!;
        if ((stat.Mode & Folder) != 0)
        {
            return $"{path} is a folder, and no program";
        }

        if ((stat.Mode & 0x49) == 0)
        {
            return $"{path} may not be executed by anybody: 'chmod +x' in the image makes it a program";
        }

        byte[] head = await HeadOfAsync(path);
        return head.AsSpan().StartsWith("\u007fELF"u8) ? await FindFaultAsync(path, head, architecture)
            : head.AsSpan().StartsWith("#!"u8) ? await FindScriptFaultAsync(path, head)
            : $"{path} is neither a program nor a script that begins with #! and what runs it";
    }

    private async Task<string?> FindFaultAsync(string path, byte[] head, string architecture)
    {
        if (head.Length < 64 || head[5] != 1)
        {
            return null;
        }

        int machine = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18));
        if (s_machines.TryGetValue(machine, out string? built) && built != architecture && !(built == "386" && architecture == "amd64") && !(built == "arm" && architecture == "arm64"))
        {
            return $"{path} is built for {built}, and the engine's machine is {architecture}: an image for that is needed (--platform linux/{architecture}), or an emulator on the host (qemu-user-static)";
        }

        return head[4] == 2 && InterpreterOf(head) is { } loader && await engine.Files.StatAsync(container.Id, loader) is null
            ? $"{path} is there, but what loads it is not: {loader}. It was built for another C library: in an image of Alpine for Debian's, or the other way round; link it statically, or use the image that it was built for"
            : null;
    }

    private async Task<string?> FindScriptFaultAsync(string path, byte[] head)
    {
        string line = Encoding.UTF8.GetString(head[2..]).Split('\n')[0];
        if (line.EndsWith('\r'))
        {
            return $"{path} has the line ends of Windows: its first line names \"{line.Trim()}\\r\", which is no program; 'sed -i s/\\r$//' mends it";
        }

        string runner = line.Trim().Split(' ', '\t')[0];
        return runner.Length > 0 && await engine.Files.StatAsync(container.Id, runner) is null ? $"{path} is a script for {runner}, which is not in the container" : null;
    }

    /// <summary>The path that a program of 64 bits names as its loader (PT_INTERP).</summary>
    private static string? InterpreterOf(byte[] head)
    {
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(32));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(54)), count = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(56));
        for (int i = 0; i < count && size >= 56; i++)
        {
            ulong at = table + ((ulong)i * (ulong)size);
            if (at + 56 > (ulong)head.Length)
            {
                return null;
            }

            ReadOnlySpan<byte> entry = head.AsSpan((int)at, 56);
            if (BinaryPrimitives.ReadInt32LittleEndian(entry) == InterpreterHeader)
            {
                ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), length = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
                return length is > 1 and < 1024 && offset + length <= (ulong)head.Length ? Encoding.UTF8.GetString(head, (int)offset, (int)length - 1) : null;
            }
        }

        return null;
    }

    private async Task<string?> LocateAsync(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            string path = name.StartsWith('/') ? name : $"{(container.Config.WorkingDir is { Length: > 0 } folder ? folder : "/").TrimEnd('/')}/{name}";
            return await engine.Files.StatAsync(container.Id, path) is null ? null : path;
        }

        foreach (string folder in Folders())
        {
            string path = $"{folder.TrimEnd('/')}/{name}";
            if (await engine.Files.StatAsync(container.Id, path) is not null)
            {
                return path;
            }
        }

        return null;
    }

    private string[] Folders() =>
        ((container.Config.Env ?? []).LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The file's first bytes. A link is followed by asking for where it leads.</summary>
    private async Task<byte[]> HeadOfAsync(string path)
    {
        for (int hops = 0; hops < 40; hops++)
        {
            using ContainerArchive archive = await engine.Files.ReadAsync(container.Id, path);
            TarReader reader = new(archive.Content, 64 << 10);
            if (!reader.MoveNext())
            {
                return [];
            }

            if (reader.Entry.Type != TarEntryType.SymbolicLink)
            {
                byte[] head = new byte[HeadLength];
                int length = 0;
                for (int got; length < head.Length && (got = reader.Read(head.AsSpan(length))) > 0; length += got)
                {
                }

                return head[..length];
            }

            string target = Encoding.UTF8.GetString(reader.Entry.LinkName);
            path = target.StartsWith('/') ? target : path[..(path.LastIndexOf('/') + 1)] + target;
        }

        return [];
    }
}
