using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions;

/// <summary>
/// Tells what an instruction means.
/// <code>
/// foreach (Node node in DockerfileReader.Read(bytes).Nodes) { Instruction instruction = InstructionReader.Read(node); }
/// </code>
/// </summary>
public static class InstructionReader
{
    private static readonly string[] s_names =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME",
        "WORKDIR",
    ];

    /// <summary>Reads an instruction.</summary>
    /// <exception cref="DockerfileException">Nobody knows it, or its options or arguments are not as they must be.</exception>
    public static Instruction Read(Node node) => node.Command.ToUpperInvariant() switch
    {
        "FROM" => StepReader.From(node),
        "RUN" => StepReader.Run(node),
        "COPY" => StepReader.Copy(node, isAdd: false),
        "ADD" => StepReader.Copy(node, isAdd: true),
        "CMD" => new CmdInstruction(WithoutFlags(node), StepReader.Line(node)),
        "ENTRYPOINT" => new EntrypointInstruction(WithoutFlags(node), StepReader.Line(node)),
        "ARG" => SettingReader.Arg(node),
        "ENV" => new EnvInstruction(SettingReader.Pairs(node)),
        "LABEL" => new LabelInstruction(SettingReader.Pairs(node)),
        "MAINTAINER" => new MaintainerInstruction(node, SettingReader.One(node)),
        "EXPOSE" => SettingReader.Expose(node),
        "VOLUME" => SettingReader.Volume(node),
        "USER" => new UserInstruction(node, SettingReader.One(node)),
        "WORKDIR" => new WorkdirInstruction(node, SettingReader.One(node)),
        "SHELL" => SettingReader.Shell(node),
        "STOPSIGNAL" => new StopSignalInstruction(node, SettingReader.One(node)),
        "HEALTHCHECK" => HealthcheckReader.Read(node),
        "ONBUILD" => SettingReader.OnBuild(node),
        _ => throw new DockerfileException(NearestWord.Suggest($"unknown instruction: {node.Command}", node.Command, s_names), node.Lines),
    };

    private static Node WithoutFlags(Node node)
    {
        FlagValues.Read(node);
        return node;
    }
}
