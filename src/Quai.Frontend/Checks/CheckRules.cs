namespace Quai.Frontend.Checks;

#pragma warning disable CS1591 // each says itself what it is

/// <summary>All checks, under their names.</summary>
internal static class CheckRules
{
    public static readonly CheckRule StageNameCasing = new("StageNameCasing", "Stage names should be lowercase", "stage-name-casing");

    public static readonly CheckRule FromAsCasing = new("FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword", "from-as-casing");

    public static readonly CheckRule NoEmptyContinuation = new("NoEmptyContinuation", "Empty continuation lines will become errors in a future release", "no-empty-continuation");

    public static readonly CheckRule ConsistentInstructionCasing = new("ConsistentInstructionCasing", "All commands within the Dockerfile should use the same casing (either upper or lower)", "consistent-instruction-casing");

    public static readonly CheckRule DuplicateStageName = new("DuplicateStageName", "Stage names should be unique", "duplicate-stage-name");

    public static readonly CheckRule ReservedStageName = new("ReservedStageName", "Reserved words should not be used as stage names", "reserved-stage-name");

    public static readonly CheckRule JsonArgsRecommended = new("JSONArgsRecommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals", "json-args-recommended");

    public static readonly CheckRule MaintainerDeprecated = new("MaintainerDeprecated", "The MAINTAINER instruction is deprecated, use a label instead to define an image author", "maintainer-deprecated");

    public static readonly CheckRule UndefinedArgInFrom = new("UndefinedArgInFrom", "FROM command must use declared ARGs", "undefined-arg-in-from");

    public static readonly CheckRule WorkdirRelativePath = new("WorkdirRelativePath", "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes", "workdir-relative-path");

    public static readonly CheckRule UndefinedVar = new("UndefinedVar", "Variables should be defined before their use", "undefined-var");

    public static readonly CheckRule MultipleInstructionsDisallowed = new("MultipleInstructionsDisallowed", "Multiple instructions of the same type should not be used in the same stage", "multiple-instructions-disallowed");

    public static readonly CheckRule LegacyKeyValueFormat = new("LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used", "legacy-key-value-format");

    public static readonly CheckRule RedundantTargetPlatform = new("RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior", "redundant-target-platform");

    public static readonly CheckRule SecretsUsedInArgOrEnv = new("SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands", "secrets-used-in-arg-or-env");

    public static readonly CheckRule InvalidDefaultArgInFrom = new("InvalidDefaultArgInFrom", "Default value for global ARG results in an empty or invalid base image name", "invalid-default-arg-in-from");

    public static readonly CheckRule FromPlatformFlagConstDisallowed = new("FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value", "from-platform-flag-const-disallowed");

    public static readonly CheckRule CopyIgnoredFile = new("CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore", "copy-ignored-file") { IsExperimental = true };

    public static readonly CheckRule InvalidDefinitionDescription = new("InvalidDefinitionDescription", "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.", "invalid-definition-description") { IsExperimental = true };

    public static readonly CheckRule ExposeProtoCasing = new("ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase", "expose-proto-casing");

    public static readonly CheckRule ExposeInvalidFormat = new("ExposeInvalidFormat", "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release", "expose-invalid-format");

    public static readonly CheckRule InvalidBaseImagePlatform = new("InvalidBaseImagePlatform", "Base image platform does not match expected target platform", "");
}
