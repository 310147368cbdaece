using System.Runtime.InteropServices;
using Quai.Bake.Entries;

namespace Quai.Bake;

/// <summary>What bake files see of the world.</summary>
public sealed record BakeOptions
{
    private const string DisablesEnvironment = "BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP";

    /// <summary>The environment. Variables take their values from it; so does <c>SOURCE_DATE_EPOCH</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Values of variables that go before the environment's: <c>--var</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The text of the file <c>.env</c> beside which bake runs, for compose files; null where there is none.</summary>
    public string? DotEnv { get; init; }

    /// <summary>The value of <c>BAKE_CMD_CONTEXT</c>.</summary>
    public string CommandContext { get; init; } = "cwd://";

    /// <summary>The address whose files the definition is of, so that contexts are folders there; empty where it is of this machine's.</summary>
    public string Remote { get; init; } = "";

    /// <summary>The value of <c>BAKE_LOCAL_PLATFORM</c>.</summary>
    public string LocalPlatform { get; init; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux/arm64" : "linux/amd64";

    /// <summary>The clock that <c>timestamp()</c> reads.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether variables take values from the environment.</summary>
    internal bool SeesEnvironment => !(Environment.TryGetValue(DisablesEnvironment, out string? value) && GoBool.Parse(value) == true);

    /// <summary>The value that a variable is given from outside.</summary>
    internal string? Lookup(string name) =>
        Variables.TryGetValue(name, out string? value) || (SeesEnvironment && Environment.TryGetValue(name, out value)) ? value : null;
}
