package aggregator.opengatewaysdk;

/** The profiles that every operator knows. */
public enum QoSProfiles {
    /** Small and steady: stable latency. */
    QOS_E,

    /** Small throughput. */
    QOS_S,

    /** Medium throughput. */
    QOS_M,

    /** Large throughput. */
    QOS_L
}
