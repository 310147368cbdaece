using System.Text.Json;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Attestations.Provenance;

/// <summary>Writes a graph's operations as BuildKit's provenance has them: the protocol's names, without what has its usual value.</summary>
internal sealed class OperationJson(Utf8JsonWriter json)
{
    // Who asked, and with which session, changes nothing and is nobody's business.
    private static readonly string[] s_private = ["local.session", "local.unique"];

    /// <summary>Writes an operation's members.</summary>
    public void Write(Op op)
    {
        json.Inner("Op", () => WriteKind(op));
        if (op.Platform is { } platform)
        {
            json.Inner("platform", () =>
            {
                json.Text("Architecture", platform.Architecture);
                json.Text("OS", platform.OS);
                json.Text("Variant", platform.Variant);
                json.Text("OSVersion", platform.OSVersion);
                json.Texts("OSFeatures", platform.OSFeatures);
            });
        }

        // Clients of BuildKit always write them, and the compiler here does not.
        if (op.OpCase != Op.OpOneofCase.None)
        {
            json.Inner("constraints", () => json.Texts("filter", op.Constraints?.Filter ?? []));
        }
    }

    private void WriteKind(Op op)
    {
        switch (op.OpCase)
        {
            case Op.OpOneofCase.Source:
                json.Inner("source", () =>
                {
                    json.Text("identifier", op.Source.Identifier);
                    json.Map("attrs", op.Source.Attrs.Where(a => !s_private.Contains(a.Key)));
                });
                break;
            case Op.OpOneofCase.Exec:
                json.Inner("exec", () => Write(op.Exec));
                break;
            case Op.OpOneofCase.File:
                json.Inner("file", () => json.Objects("actions", op.File.Actions, a => new FileActionJson(json).Write(a)));
                break;
            case Op.OpOneofCase.Merge:
                json.Inner("merge", () => json.Objects("inputs", op.Merge.Inputs, i => json.Number("input", i.Input)));
                break;
            case Op.OpOneofCase.Diff:
                json.Inner("diff", () =>
                {
                    json.Inner("lower", () => json.Number("input", op.Diff.Lower?.Input ?? 0));
                    json.Inner("upper", () => json.Number("input", op.Diff.Upper?.Input ?? 0));
                });
                break;
        }
    }

    private void Write(ExecOp exec)
    {
        json.Inner("meta", () => Write(exec.Meta ?? new Meta()));
        json.Objects("mounts", exec.Mounts, Write);
        json.Number("network", (long)exec.Network);
        json.Number("security", (long)exec.Security);
        json.Objects("secretenv", exec.Secretenv, s =>
        {
            json.Text("ID", s.ID);
            json.Text("name", s.Name);
            json.Flag("optional", s.Optional);
        });
        json.Objects("cdiDevices", exec.CdiDevices, d =>
        {
            json.Text("name", d.Name);
            json.Flag("optional", d.Optional);
        });
    }

    private void Write(Meta meta)
    {
        json.Texts("args", meta.Args);
        json.Texts("env", meta.Env);
        json.Text("cwd", meta.Cwd);
        json.Text("user", meta.User);
        if (meta.ProxyEnv is { } proxy)
        {
            json.Inner("proxy_env", () =>
            {
                json.Text("http_proxy", proxy.HttpProxy);
                json.Text("https_proxy", proxy.HttpsProxy);
                json.Text("ftp_proxy", proxy.FtpProxy);
                json.Text("no_proxy", proxy.NoProxy);
                json.Text("all_proxy", proxy.AllProxy);
            });
        }

        json.Objects("extraHosts", meta.ExtraHosts, h =>
        {
            json.Text("Host", h.Host);
            json.Text("IP", h.IP);
        });
        json.Text("hostname", meta.Hostname);
        json.Objects("ulimit", meta.Ulimit, u =>
        {
            json.Text("Name", u.Name);
            json.Number("Soft", u.Soft);
            json.Number("Hard", u.Hard);
        });
        json.Text("cgroupParent", meta.CgroupParent);
        json.Flag("removeMountStubsRecursive", meta.RemoveMountStubsRecursive);
        if (meta.ValidExitCodes.Count > 0)
        {
            json.WriteStartArray("validExitCodes");
            foreach (int code in meta.ValidExitCodes)
            {
                json.WriteNumberValue(code);
            }

            json.WriteEndArray();
        }
    }

    private void Write(Mount mount)
    {
        json.Number("input", mount.Input);
        json.Text("selector", mount.Selector);
        json.Text("dest", mount.Dest);
        json.Number("output", mount.Output);
        json.Flag("readonly", mount.Readonly);
        json.Number("mountType", (long)mount.MountType);
        if (mount.TmpfsOpt is { } memory)
        {
            json.Inner("TmpfsOpt", () => json.Number("size", memory.Size));
        }

        if (mount.CacheOpt is { } cache)
        {
            json.Inner("cacheOpt", () =>
            {
                json.Text("ID", cache.ID);
                json.Number("sharing", (long)cache.Sharing);
            });
        }

        if (mount.SecretOpt is { } secret)
        {
            json.Inner("secretOpt", () => Write(secret.ID, secret.Uid, secret.Gid, secret.Mode, secret.Optional));
        }

        if (mount.SSHOpt is { } agent)
        {
            json.Inner("SSHOpt", () => Write(agent.ID, agent.Uid, agent.Gid, agent.Mode, agent.Optional));
        }

        json.Text("resultID", mount.ResultID);
        json.Number("contentCache", (long)mount.ContentCache);
    }

    private void Write(string id, uint uid, uint gid, uint mode, bool isOptional)
    {
        json.Text("ID", id);
        json.Number("uid", uid);
        json.Number("gid", gid);
        json.Number("mode", mode);
        json.Flag("optional", isOptional);
    }
}
