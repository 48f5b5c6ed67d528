using QodOrleans.Engine;

namespace QodOrleans.Grains.Devices;

/// <summary>How an <see cref="AdmissionOutcome"/> travels between silos: the engine knows no Orleans.</summary>
[GenerateSerializer, Alias("qod.admission")]
internal readonly record struct AdmissionSurrogate([property: Id(0)] int Outcome);

[RegisterConverter]
internal sealed class AdmissionOutcomeConverter : IConverter<AdmissionOutcome, AdmissionSurrogate>
{
    public AdmissionOutcome ConvertFromSurrogate(in AdmissionSurrogate surrogate) => (AdmissionOutcome)surrogate.Outcome;

    public AdmissionSurrogate ConvertToSurrogate(in AdmissionOutcome value) => new((int)value);
}

[RegisterCopier]
internal sealed class AdmissionOutcomeCopier : ShallowCopier<AdmissionOutcome>;
