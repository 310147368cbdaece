using System.Text.Json;

namespace Quai.Oci.Runtime;

/// <summary>
/// Reads the runtime specification's documents. Written by hand: a runtime lives for milliseconds, and a serializer's
/// setup would take longer than the container's start.
/// </summary>
public static partial class RuntimeSpecReader
{
    /// <summary>Reads a <c>config.json</c>. Members that the specification does not name are ignored.</summary>
    /// <exception cref="JsonException">It is not JSON, or a value is of the wrong kind; the message names it.</exception>
    public static RuntimeSpec ReadSpec(ReadOnlySpan<byte> document) => Read(document, Spec);

    /// <summary>Reads a process document, as accepted by <c>exec --process</c>.</summary>
    /// <exception cref="JsonException">It is not JSON, or a value is of the wrong kind; the message names it.</exception>
    public static Process ReadProcess(ReadOnlySpan<byte> document) => Read(document, ProcessOf);

    /// <summary>Reads a resources document, as accepted by <c>update --resources</c>.</summary>
    /// <exception cref="JsonException">It is not JSON, or a value is of the wrong kind; the message names it.</exception>
    public static Resources ReadResources(ReadOnlySpan<byte> document) => Read(document, ResourcesOf);

    private static T Read<T>(ReadOnlySpan<byte> document, SpecReader.Value<T?> value) where T : class
    {
        try
        {
            SpecReader json = new(document);
            T read = value(ref json) ?? throw new JsonException("the document must be an object");
            json.End();
            return read;
        }
        catch (InvalidOperationException e)
        {
            // The reader's own message for text that is not UTF-8, or half of a surrogate pair.
            throw new JsonException(e.Message, e);
        }
    }

    private static RuntimeSpec? Spec(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        RuntimeSpec spec = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "ociVersion": spec.OciVersion = json.Text(); break;
                case "process": spec.Process = ProcessOf(ref json); break;
                case "root": spec.Root = RootOf(ref json); break;
                case "hostname": spec.Hostname = json.TextOrNull(); break;
                case "domainname": spec.Domainname = json.TextOrNull(); break;
                case "mounts": spec.Mounts = json.List(MountOf); break;
                case "hooks": spec.Hooks = HooksOf(ref json); break;
                case "annotations": spec.Annotations = json.TextMap(); break;
                case "linux": spec.Linux = Linux(ref json); break;
                default: json.Skip(); break;
            }
        }

        return spec;
    }

    private static Root? RootOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Root root = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "path": root.Path = json.Text(); break;
                case "readonly": root.Readonly = json.Flag(); break;
                default: json.Skip(); break;
            }
        }

        return root;
    }

    private static Mount MountOf(ref SpecReader json)
    {
        Mount mount = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "destination": mount.Destination = json.Text(); break;
                case "type": mount.Type = json.TextOrNull(); break;
                case "source": mount.Source = json.TextOrNull(); break;
                case "options": mount.Options = json.Texts(); break;
                case "uidMappings": mount.UidMappings = json.List(Mapping); break;
                case "gidMappings": mount.GidMappings = json.List(Mapping); break;
                default: json.Skip(); break;
            }
        }

        return mount;
    }

    private static Hooks? HooksOf(ref SpecReader json)
    {
        if (!json.Object())
        {
            return null;
        }

        Hooks hooks = new();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "prestart": hooks.Prestart = json.List(HookOf); break;
                case "createRuntime": hooks.CreateRuntime = json.List(HookOf); break;
                case "createContainer": hooks.CreateContainer = json.List(HookOf); break;
                case "startContainer": hooks.StartContainer = json.List(HookOf); break;
                case "poststart": hooks.Poststart = json.List(HookOf); break;
                case "poststop": hooks.Poststop = json.List(HookOf); break;
                default: json.Skip(); break;
            }
        }

        return hooks;
    }

    private static Hook HookOf(ref SpecReader json)
    {
        Hook hook = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "path": hook.Path = json.Text(); break;
                case "args": hook.Args = json.Texts(); break;
                case "env": hook.Env = json.Texts(); break;
                case "timeout": hook.Timeout = json.NumberOrNull<int>(); break;
                default: json.Skip(); break;
            }
        }

        return hook;
    }

    private static IdMapping Mapping(ref SpecReader json)
    {
        IdMapping mapping = new();
        json.Begin();
        while (json.Member(out string name))
        {
            switch (name)
            {
                case "containerID": mapping.ContainerId = json.Number<uint>(); break;
                case "hostID": mapping.HostId = json.Number<uint>(); break;
                case "size": mapping.Size = json.Number<uint>(); break;
                default: json.Skip(); break;
            }
        }

        return mapping;
    }
}
