using System.Globalization;
using Quai.Errors;
using Quai.Linux.Trees;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.RuntimeCommand;

/// <summary>The containers under one root.</summary>
internal sealed class ContainerStore(string root)
{
    /// <summary>The folder of a container.</summary>
    public string DirectoryOf(string id) => Path.Combine(root, Valid(id));

    /// <summary>The fifo at which a created container waits.</summary>
    public string FifoOf(string id) => Path.Combine(DirectoryOf(id), "start.fifo");

    /// <summary>The config as it was when the container was created: what its bundle says later does not concern it.</summary>
    public string ConfigOf(string id) => Path.Combine(DirectoryOf(id), "config.json");

    /// <summary>Reserves an id.</summary>
    /// <exception cref="QuaiException">It is in use.</exception>
    public void Reserve(string id)
    {
        CheckFree(id);
        Directory.CreateDirectory(DirectoryOf(id), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Checks that no container has an id.</summary>
    /// <exception cref="QuaiException">One has it.</exception>
    public void CheckFree(string id)
    {
        if (Directory.Exists(DirectoryOf(id)))
        {
            throw QuaiException.Conflict($"container with id {id} exists already");
        }
    }

    /// <summary>Stores a container.</summary>
    public void Save(StoredContainer container)
    {
        string path = Path.Combine(DirectoryOf(container.Id), "state");
        File.WriteAllBytes(path + ".new", container.ToBytes());
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Finds one.</summary>
    public StoredContainer Load(string id)
    {
        string path = Path.Combine(DirectoryOf(id), "state");
        if (!File.Exists(path))
        {
            throw QuaiException.NotFound($"container {id} does not exist");
        }

        try
        {
            return StoredContainer.FromBytes(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw QuaiException.System($"the state of container {id} in {path} is damaged; delete it with --force", e);
        }
    }

    /// <summary>All of them.</summary>
    public IEnumerable<StoredContainer> List() => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root).Select(d => Path.GetFileName(d)).Where(id => File.Exists(Path.Combine(root, id, "state"))).Select(Load)
        : [];

    /// <summary>Forgets one.</summary>
    public void Remove(string id)
    {
        string directory = DirectoryOf(id);
        File.Delete(Path.Combine(directory, "state"));
        File.Delete(FifoOf(id));
        File.Delete(ConfigOf(id));
        try
        {
            Directory.Delete(directory);
        }
        catch (IOException) when (Directory.Exists(directory))
        {
            // Left by a call that was killed between writing and renaming.
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>created, running, paused or stopped.</summary>
    public string StatusOf(StoredContainer container)
    {
        if (StartTimeOf(container.Pid) != container.ProcessStart || container.ProcessStart == 0)
        {
            return "stopped";
        }

        if (File.Exists(FifoOf(container.Id)))
        {
            return "created";
        }

        if (container.CgroupsPath is { } path)
        {
            string? legacy = CgroupTree.Hierarchies.FirstOrDefault(h => h.Controllers.Contains("freezer"))?.MountPoint;
            string file = legacy is null ? CgroupTree.Hierarchies[0].MountPoint + path + "/cgroup.freeze" : legacy + path + "/freezer.state";
            if (File.Exists(file) && File.ReadAllText(file).Trim() is "FROZEN" or "1")
            {
                return "paused";
            }
        }

        return "running";
    }

    /// <summary>The specification's state document.</summary>
    public RuntimeState StateOf(StoredContainer container)
    {
        string status = StatusOf(container);
        return new RuntimeState
        {
            Id = container.Id, Status = status, Pid = status == "stopped" ? 0 : container.Pid, Bundle = container.Bundle, Annotations = container.Annotations,
        };
    }

    /// <summary>The same as <c>list</c> prints it.</summary>
    public RuntimeState ListingOf(StoredContainer container)
    {
        RuntimeState state = StateOf(container);
        state.Rootfs = container.Rootfs;
        state.Created = container.Created;
        state.Owner = OwnerOf(DirectoryOf(container.Id));
        return state;
    }

    /// <summary>When a process began, in clock ticks since boot; 0 if it is gone or a zombie.</summary>
    public static ulong StartTimeOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? 0 : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string OwnerOf(string directory)
    {
        if (NodeStatusReader.TryRead(directory) is not { } status)
        {
            return "";
        }

        string uid = status.Uid.ToString(CultureInfo.InvariantCulture);
        return File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == uid) is { } entry ? entry[0] : "#" + uid;
    }

    private static string Valid(string id) =>
        id.Length is > 0 and <= 1024 && id is not ("." or "..") && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.')
            ? id
            : throw QuaiException.Invalid($"invalid container id \"{id}\"");
}
