namespace Quai.Frontend.Checks;

/// <summary>Something that is looked for in Dockerfiles.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is about.</param>
/// <param name="Page">The last part of the address of what is written about it.</param>
internal sealed record CheckRule(string Name, string Description, string Page)
{
    /// <summary>Where more is written about it.</summary>
    public string Url => $"https://docs.docker.com/go/dockerfile/rule/{Page}/";

    /// <summary>Names of stages.</summary>
    public static CheckRule StageNameCasing { get; } = new("StageNameCasing", "Stage names should be lowercase", "stage-name-casing");

    /// <summary>The word between a FROM and its name.</summary>
    public static CheckRule FromAsCasing { get; } = new("FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword", "from-as-casing");

    /// <summary>Empty lines within an instruction.</summary>
    public static CheckRule NoEmptyContinuation { get; } =
        new("NoEmptyContinuation", "Empty continuation lines will become errors in a future release", "no-empty-continuation");

    /// <summary>Names of instructions.</summary>
    public static CheckRule ConsistentInstructionCasing { get; } =
        new("ConsistentInstructionCasing", "All commands within the Dockerfile should use the same casing (either upper or lower)", "consistent-instruction-casing");

    /// <summary>Stages of one name.</summary>
    public static CheckRule DuplicateStageName { get; } = new("DuplicateStageName", "Stage names should be unique", "duplicate-stage-name");

    /// <summary>Stages whose name means something else.</summary>
    public static CheckRule ReservedStageName { get; } = new("ReservedStageName", "Reserved words should not be used as stage names", "reserved-stage-name");

    /// <summary>Programs that the shell runs.</summary>
    public static CheckRule JsonArgsRecommended { get; } =
        new("JSONArgsRecommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals", "json-args-recommended");

    /// <summary>MAINTAINER.</summary>
    public static CheckRule MaintainerDeprecated { get; } =
        new("MaintainerDeprecated", "The MAINTAINER instruction is deprecated, use a label instead to define an image author", "maintainer-deprecated");

    /// <summary>Variables of FROM that nobody declared.</summary>
    public static CheckRule UndefinedArgInFrom { get; } = new("UndefinedArgInFrom", "FROM command must use declared ARGs", "undefined-arg-in-from");

    /// <summary>Directories that depend on the image.</summary>
    public static CheckRule WorkdirRelativePath { get; } =
        new("WorkdirRelativePath", "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes", "workdir-relative-path");

    /// <summary>Variables that are not set.</summary>
    public static CheckRule UndefinedVar { get; } = new("UndefinedVar", "Variables should be defined before their use", "undefined-var");

    /// <summary>Instructions of which the last alone counts.</summary>
    public static CheckRule MultipleInstructionsDisallowed { get; } =
        new("MultipleInstructionsDisallowed", "Multiple instructions of the same type should not be used in the same stage", "multiple-instructions-disallowed");

    /// <summary>ENV and LABEL without an equals sign.</summary>
    public static CheckRule LegacyKeyValueFormat { get; } =
        new("LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used", "legacy-key-value-format");

    /// <summary>A platform that is the usual one.</summary>
    public static CheckRule RedundantTargetPlatform { get; } = new(
        "RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior", "redundant-target-platform");

    /// <summary>Secrets that the image keeps.</summary>
    public static CheckRule SecretsUsedInArgOrEnv { get; } =
        new("SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands", "secrets-used-in-arg-or-env");

    /// <summary>Images that are named only by who asks for the build.</summary>
    public static CheckRule InvalidDefaultArgInFrom { get; } =
        new("InvalidDefaultArgInFrom", "Default value for global ARG results in an empty or invalid base image name", "invalid-default-arg-in-from");

    /// <summary>A platform that cannot be chosen.</summary>
    public static CheckRule FromPlatformFlagConstDisallowed { get; } =
        new("FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value", "from-platform-flag-const-disallowed");

    /// <summary>Files that are not sent.</summary>
    public static CheckRule CopyIgnoredFile { get; } = new("CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore", "copy-ignored-file");

    /// <summary>Protocols of ports.</summary>
    public static CheckRule ExposeProtoCasing { get; } = new("ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase", "expose-proto-casing");

    /// <summary>Ports of the host.</summary>
    public static CheckRule ExposeInvalidFormat { get; } = new(
        "ExposeInvalidFormat", "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release", "expose-invalid-format");
}
