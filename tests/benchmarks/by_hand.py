"""The same mathematics as the trainers', written by hand in one `tf.function`: no Keras trainer."""

import keras
import tensorflow as tf


def modified_minimax_step(generator, discriminator, latent_dim, batch_size):
    """One discriminator and one generator update of DCGAN, as a TensorFlow tutorial has it."""
    g_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    d_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
    g_optimizer.build(generator.trainable_variables)
    d_optimizer.build(discriminator.trainable_variables)
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits

    @tf.function(reduce_retracing=True)
    def step(x):
        fakes = generator(tf.random.normal([batch_size, latent_dim]), training=True)
        with tf.GradientTape() as tape:
            real_logits = discriminator(x, training=True)
            fake_logits = discriminator(fakes, training=True)
            d_loss = tf.reduce_mean(
                cross_entropy(labels=0.875 * tf.ones_like(real_logits), logits=real_logits)
            ) + tf.reduce_mean(
                cross_entropy(labels=tf.zeros_like(fake_logits), logits=fake_logits)
            )
        gradients = tape.gradient(d_loss, discriminator.trainable_variables)
        d_optimizer.apply(gradients, discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            fakes = generator(tf.random.normal([batch_size, latent_dim]), training=True)
            fake_logits = discriminator(fakes, training=True)
            g_loss = tf.reduce_mean(
                cross_entropy(labels=tf.ones_like(fake_logits), logits=fake_logits)
            )
        gradients = tape.gradient(g_loss, generator.trainable_variables)
        g_optimizer.apply(gradients, generator.trainable_variables)
        return d_loss, g_loss

    return step


def wasserstein_gp_step(generator, critic, latent_dim, batch_size, critic_steps, weight=10.0):
    """`critic_steps` updates of the critic with gradient penalty, then one of the generator."""
    g_optimizer = keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)
    d_optimizer = keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)
    g_optimizer.build(generator.trainable_variables)
    d_optimizer.build(critic.trainable_variables)

    @tf.function(reduce_retracing=True)
    def step(*minibatches):
        for x in minibatches:
            fakes = generator(tf.random.normal([batch_size, latent_dim]), training=True)
            e = tf.random.uniform([batch_size] + [1] * (x.shape.rank - 1))
            mixed = fakes + e * (x - fakes)
            with tf.GradientTape() as tape:
                real_logits = critic(x, training=True)
                fake_logits = critic(fakes, training=True)
                with tf.GradientTape() as inner:
                    inner.watch(mixed)
                    mixed_logits = critic(mixed, training=True)
                slopes = inner.gradient(mixed_logits, mixed)
                axes = list(range(1, x.shape.rank))
                norms = tf.sqrt(tf.reduce_sum(slopes**2, axis=axes) + 1e-10)
                penalty = tf.reduce_mean((norms - 1.0) ** 2)
                d_loss = tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)
                d_loss += weight * penalty
            gradients = tape.gradient(d_loss, critic.trainable_variables)
            d_optimizer.apply(gradients, critic.trainable_variables)
        with tf.GradientTape() as tape:
            fakes = generator(tf.random.normal([batch_size, latent_dim]), training=True)
            g_loss = -tf.reduce_mean(critic(fakes, training=True))
        gradients = tape.gradient(g_loss, generator.trainable_variables)
        g_optimizer.apply(gradients, generator.trainable_variables)
        return d_loss, g_loss

    return step
