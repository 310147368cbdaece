using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>
/// Reads what an instruction means.
/// <code>
/// Instruction first = InstructionReader.Read(DockerfileReader.Read("FROM scratch"u8).Nodes[0]);
/// </code>
/// </summary>
public static class InstructionReader
{
    private static readonly string[] s_names =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    /// <summary>Reads it.</summary>
    /// <exception cref="DockerfileException">Nobody knows it, or it is not written as it must be.</exception>
    public static Instruction Read(Node node) => node.Command.ToUpperInvariant() switch
    {
        "FROM" => StepReader.From(node),
        "RUN" => StepReader.Run(node),
        "COPY" => StepReader.Copy(node),
        "ADD" => StepReader.Add(node),
        "ARG" => SettingReader.Arg(node),
        "ENV" => new EnvInstruction(node, SettingReader.Pairs(node)),
        "LABEL" => new LabelInstruction(node, SettingReader.Pairs(node)),
        "MAINTAINER" => new MaintainerInstruction(node, SettingReader.One(node)),
        "WORKDIR" => new WorkdirInstruction(node, SettingReader.One(node)),
        "USER" => new UserInstruction(node, SettingReader.One(node)),
        "STOPSIGNAL" => new StopSignalInstruction(node, SettingReader.One(node)),
        "CMD" => new ProgramInstruction(node, StepReader.Program(node), IsEntrypoint: false),
        "ENTRYPOINT" => new ProgramInstruction(node, StepReader.Program(node), IsEntrypoint: true),
        "EXPOSE" => new ExposeInstruction(node, [.. SettingReader.Some(node).Order(StringComparer.Ordinal)]),
        "VOLUME" => SettingReader.Volume(node),
        "SHELL" => SettingReader.Shell(node),
        "HEALTHCHECK" => HealthcheckReader.Read(node),
        "ONBUILD" => SettingReader.OnBuild(node),
        _ => throw new DockerfileException(Suggestion.Append($"unknown instruction: {node.Command}", node.Command, s_names, matchCase: false), node.Lines),
    };
}
