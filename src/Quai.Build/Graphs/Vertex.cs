using System.Security.Cryptography;
using Google.Protobuf;
using Quai.Build.Attestations.Provenance;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Graphs;

/// <summary>A step of a graph: what is done, and to which results. It knows nothing of who builds it.</summary>
public sealed class Vertex
{
    internal Vertex(string digest, Op op, OpMetadata metadata, IReadOnlyList<Edge> inputs)
    {
        Digest = digest;
        Op = op;
        Metadata = metadata;
        Inputs = inputs;
        OperationDigest = DigestOf(op);
    }

    /// <summary>The digest of the operation as it was given, <c>sha256:…</c>.</summary>
    public string Digest { get; }

    /// <summary>What is done.</summary>
    public Op Op { get; }

    /// <summary>What does not change the result: names, whether the cache is used.</summary>
    public OpMetadata Metadata { get; }

    /// <summary>The results that it takes, by the numbers that the operation uses.</summary>
    public IReadOnlyList<Edge> Inputs { get; }

    /// <summary>A digest of all that changes the result but the inputs: who asked, and through which proxy, does not.</summary>
    public string OperationDigest { get; }

    /// <summary>What kind of step it is, as caches name it: <c>exec</c>, <c>source</c>, <c>file</c>.</summary>
    public string Kind => Op.OpCase.ToString().ToLowerInvariant();

    /// <summary>Whether it is an image.</summary>
    public bool IsImage => Op.Source?.Identifier.StartsWith(SourceSchemes.Image, StringComparison.Ordinal) == true;

    /// <summary>What it is called in the progress.</summary>
    public string Name => Metadata.Description.TryGetValue("llb.customname", out string? name) ? name : Op.OpCase switch
    {
        Op.OpOneofCase.Source => Op.Source.Identifier,
        Op.OpOneofCase.Exec => string.Join(' ', Op.Exec.Meta.Args),
        Op.OpOneofCase.File => string.Join(", ", Op.File.Actions.Select(a => a.ActionCase.ToString().ToLowerInvariant())),
        Op.OpOneofCase.None => "",
        _ => Kind,
    };

    /// <summary>Adds what the step is given besides files: secrets, agents, a network.</summary>
    internal void AddDemandsTo(BuildMaterials materials)
    {
        if (Op.OpCase == Op.OpOneofCase.Exec)
        {
            materials.HasNetwork |= Op.Exec.Network != NetMode.None;
            foreach (Mount mount in Op.Exec.Mounts)
            {
                if (mount is { MountType: MountType.Secret, SecretOpt: { } secret })
                {
                    materials.AddSecret(secret.ID, secret.Optional);
                }
                else if (mount is { MountType: MountType.Ssh, SSHOpt: { } agent })
                {
                    materials.AddAgent(agent.ID, agent.Optional);
                }
            }

            foreach (SecretEnv secret in Op.Exec.Secretenv)
            {
                materials.AddSecret(secret.ID, secret.Optional);
            }
        }
        else if (Op.OpCase == Op.OpOneofCase.Source)
        {
            foreach ((string name, string value) in Op.Source.Attrs)
            {
                switch (name)
                {
                    case "git.authheadersecret" or "git.authtokensecret" or "http.authheadersecret":
                        materials.AddSecret(value, isOptional: true);
                        break;
                    case "git.mountsshsock":
                        materials.AddAgent(value, isOptional: true);
                        break;
                }
            }
        }
    }

    private static string DigestOf(Op op)
    {
        Op reduced = op.Clone();
        reduced.Inputs.Clear();
        reduced.Constraints = null;
        switch (reduced.OpCase)
        {
            case Op.OpOneofCase.Exec:
                reduced.Exec.Meta.ProxyEnv = null;
                break;
            case Op.OpOneofCase.Source:
                foreach (string attribute in (ReadOnlySpan<string>)["local.session", "local.sharedkeyhint", "local.unique"])
                {
                    reduced.Source.Attrs.Remove(attribute);
                }

                break;
        }

        // Protobuf orders fields by their numbers; maps, which it does not order, are the sources' attributes alone.
        string sorted = reduced.OpCase != Op.OpOneofCase.Source ? ""
            : string.Concat(reduced.Source.Attrs.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}\0{a.Value}\0"));
        if (reduced.OpCase == Op.OpOneofCase.Source)
        {
            reduced.Source.Attrs.Clear();
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(reduced.ToByteArray());
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(sorted));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
